using OrleansRegistry.Server;

return await RegistryServer.RunAsync(args, Console.Error);
