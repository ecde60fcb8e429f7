"""What lines bring: companies, members, plans and balances, brought in and taken back."""
