global using OrleansRegistry.Http;
global using OrleansRegistry.Model;

// The framework has one too.
global using TaskStatus = OrleansRegistry.Model.TaskStatus;
