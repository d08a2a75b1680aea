global using OrleansRegistry.Agents;
global using OrleansRegistry.Contexts;
global using OrleansRegistry.Logs;
global using OrleansRegistry.Tasks;
