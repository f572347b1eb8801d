"""From a template and a letter's facts to the words that leave."""
