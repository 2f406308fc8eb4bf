"""Words: languages, vocabulary, glossary."""
