global using OrleansRegistry.Client;
