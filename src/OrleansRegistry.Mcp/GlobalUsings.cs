global using OrleansRegistry.Http;

// The framework has one too.
global using TaskStatus = OrleansRegistry.TaskStatus;
