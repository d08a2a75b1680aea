using System.CommandLine;

namespace OrleansRegistry.Cli.Agents;

internal sealed class AgentImportCommand : RegistryCommand
{
    private readonly Argument<string> url = new("url") { Description = "The other registry: one of this kind, or one like the Python a2a-registry." };
    private readonly Option<string?> tenant = new("--from-tenant")
    {
        Description = "Whose agents, where the other registry goes by X-Registry-Tenant.",
        HelpName = "tenant",
    };

    public AgentImportCommand()
        : base(
            "import",
            "Takes over all agents of another registry, as often as you like: those that there are already are replaced.",
            "registry agents import https://registry.example.com",
            "registry agents import http://127.0.0.1:8000 --store ./data      # into a store, without a server")
    {
        Add(url);
        Add(tenant);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        using var other = new OtherRegistry(call.Get(url), call.Get(tenant), call.Terminal.Time);
        var connection = await call.ConnectAsync(StoreUse.MayCreate);
        var begun = call.Terminal.Time.GetTimestamp();
        var batches = await call.WithProgressAsync("importing", async meter =>
        {
            var batches = new AgentBatches(connection.Api, meter, call.Cancellation);
            await foreach (var entry in other.ReadAsync(meter, call.Cancellation))
            {
                await batches.AddAsync(entry);
            }

            await batches.FlushAsync();
            return batches;
        });
        if (other.WithCredentials is { Count: > 0 } secret)
        {
            call.Terminal.WriteNote(PlainText.Of(
                $"{secret.Count} agents have credentials there, which no registry tells. Set them anew: {string.Join(", ", secret.Take(10))}"
                    + (secret.Count > 10 ? ", …" : "")));
        }

        return AgentSummary.Print(call, batches, call.Terminal.Time.GetElapsedTime(begun));
    }
}
