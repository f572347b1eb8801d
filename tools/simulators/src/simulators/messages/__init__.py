"""The provider of SMS and WhatsApp: accepts over HTTP, tells what became of it by signed callbacks."""
