"""An ERP to show and test the portal with: its own program, its own data file, one SOAP address.

It shares the contract (`erp_bridge/contract/erp.wsdl`) with the portal and nothing else. How its
data comes about is told in docs/demo-data.md, what it promises in docs/erp-contract.md.
"""
