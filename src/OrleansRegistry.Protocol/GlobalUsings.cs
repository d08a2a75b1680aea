// The framework has one too.
global using TaskStatus = OrleansRegistry.TaskStatus;
