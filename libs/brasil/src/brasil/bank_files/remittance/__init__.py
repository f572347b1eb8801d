"""Remittances: the files a company sends to its bank to register, change, protest or write off titles."""
