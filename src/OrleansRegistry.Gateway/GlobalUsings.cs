global using OrleansRegistry.Model;
