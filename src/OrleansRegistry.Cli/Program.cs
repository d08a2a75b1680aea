using OrleansRegistry.Cli;

return await RegistryCli.RunAsync(args, Terminal.OfProcess());
