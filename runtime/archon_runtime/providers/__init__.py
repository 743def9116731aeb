"""Providers: who answers chat requests. Implementations are imported where they are used."""
