"""From the ERP's records to the portal's rows: bound, checked, merged a page at a time, or held."""
