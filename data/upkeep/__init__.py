"""What staff keep of the records: who may change which, by what rules, and what it was before."""
