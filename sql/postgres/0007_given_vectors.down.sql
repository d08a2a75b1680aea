DROP TABLE given_vectors;
