DROP TABLE agents;
DROP TABLE registry_writers;
DROP TABLE registry_revision;
