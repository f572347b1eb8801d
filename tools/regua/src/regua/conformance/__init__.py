"""What the product needs of a Kafka, checked on a running one: each check says what it saw or what was wrong."""
