"""Wattloom: smart meters of a small world, realistic, labelled and live, at one reading a second."""
