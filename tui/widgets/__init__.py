"""Small widgets that only draw."""
