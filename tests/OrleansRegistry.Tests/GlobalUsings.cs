global using OrleansRegistry.Agents;
global using OrleansRegistry.Contexts;
global using OrleansRegistry.Logs;
global using OrleansRegistry.Storage.Tests;
global using OrleansRegistry.Tasks;

// The framework has one too.
global using TaskStatus = OrleansRegistry.Model.TaskStatus;
