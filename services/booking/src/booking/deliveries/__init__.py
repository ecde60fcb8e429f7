"""Deliveries: parcels and letters that the desk takes in, hands over or sends back."""
