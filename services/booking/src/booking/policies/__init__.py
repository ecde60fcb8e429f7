"""The rules that resources are booked by: versions that never change, each from a day on."""
