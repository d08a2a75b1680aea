global using OrleansRegistry.Protocol;

// The framework has one too.
global using TaskStatus = OrleansRegistry.TaskStatus;
