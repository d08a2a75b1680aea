DROP TABLE agent_vectors;
