"""Takes in money, settles invoices with it, and tells what is still open."""
