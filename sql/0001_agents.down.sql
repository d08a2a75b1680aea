DROP FUNCTION registry_jsonb(bytea);
DROP TABLE registry_projections;
DROP TABLE agent_cards;
DROP TABLE agent_changes;
DROP TABLE agents;
DROP TABLE registry_writers;
DROP TABLE registry_revision;
