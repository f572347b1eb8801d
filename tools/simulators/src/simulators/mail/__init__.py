"""The mail provider: an SMTP server with mailboxes, bounces and replies, and a page on which a person reads them."""
