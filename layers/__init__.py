"""Geological and infrastructure map layers."""
