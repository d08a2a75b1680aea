global using OrleansRegistry.Tests.Shared;
