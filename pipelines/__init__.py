"""The steps of a visit, one file each, in this order: extract, clean, classify, deduplicate, store.

Extraction comes first since all else reads its plain blocks; cleaning before classification, since a kind is told
by the clean text; deduplication after both, since it compares clean texts; storing last, in one transaction. A
visit that has its outcome already passes the steps in between untouched.
"""
