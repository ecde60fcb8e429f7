"""Money: prices, charges, fibre lines, invoices, ledger."""
