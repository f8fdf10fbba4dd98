"""Pictures that are drawn for one reader: small PNG files as bytes. Pure."""
