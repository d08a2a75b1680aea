using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Cli.Tests;

internal static class ScriptedServers
{
    extension(ScriptedServer server)
    {
        /// <summary>The command, for this server.</summary>
        public TestCli Cli => new("--url", server.Address.GetLeftPart(UriPartial.Authority));
    }
}
