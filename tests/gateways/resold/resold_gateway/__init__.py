"""A reseller of document 004's API over document 002's."""
