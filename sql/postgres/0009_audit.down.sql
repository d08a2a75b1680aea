DROP TABLE audit_pages;
