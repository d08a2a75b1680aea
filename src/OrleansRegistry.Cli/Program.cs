using System.CommandLine;

return await new RootCommand("The command line of a registry of A2A agents.").Parse(args).InvokeAsync();
