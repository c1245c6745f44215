"""Who is invoiced, what he took, and which logins and numbers are his."""
