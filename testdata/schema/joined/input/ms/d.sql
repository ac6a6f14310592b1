create schema d
