"""What runs the recipes: a place where each product stands as its package would install it, the products, the pages."""
