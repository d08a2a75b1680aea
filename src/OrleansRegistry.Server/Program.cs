using OrleansRegistry.Server;

return await RegistryServer.RunAsync(args, Console.Out, Console.Error);
