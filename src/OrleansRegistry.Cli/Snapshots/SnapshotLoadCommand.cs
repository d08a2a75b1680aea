using System.CommandLine;
using OrleansRegistry.Cli.Data;

namespace OrleansRegistry.Cli.Snapshots;

internal sealed class SnapshotLoadCommand : RegistryCommand
{
    private readonly Argument<string> agent = SnapshotAddress.Agent();
    private readonly Argument<string> snapshot = SnapshotAddress.Snapshot();
    private readonly Argument<string?> file = new("file")
    {
        Description = "Where to: a file; where its name ends with .gz, the snapshot's own file. The state goes to the standard output unless given.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public SnapshotLoadCommand()
        : base(
            "load",
            "Reads the state of a snapshot; one that is not what was saved is refused.",
            "registry snapshot load weather latest > ./state.json",
            "registry snapshot load weather latest ./weather.json.gz  # the file, which Persist reads")
    {
        Add(agent);
        Add(snapshot);
        Add(file);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var name = call.Get(file);
        var isPacked = name?.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) == true;
        var api = (await call.ConnectAsync()).Api;
        var path = await SnapshotAddress.PathAsync(call, api, call.Get(agent), call.Get(snapshot), isPacked ? "/file" : "/state");
        using var request = RegistryApi.Request(HttpMethod.Get, path);
        using var response = await api.OpenAsync(request, call.Cancellation);
        await api.CheckAsync(response, call.Cancellation);
        if (name is null)
        {
            await CopyAsync(api, response, call.Terminal.Output, call.Cancellation);
            return ExitCode.Done;
        }

        // Under another name until it is whole.
        var part = name + ".part";
        try
        {
            await using (var output = PrivateFiles.Create(part))
            {
                await CopyAsync(api, response, output, call.Cancellation);
                output.Flush(flushToDisk: true);
            }

            File.Move(part, name, overwrite: true);
        }
        catch when (File.Exists(part))
        {
            File.Delete(part);
            throw;
        }

        return ExitCode.Done;
    }

    private static async Task CopyAsync(RegistryApi api, HttpResponseMessage response, Stream output, CancellationToken cancellation)
    {
        try
        {
            await response.Content.CopyToAsync(output, cancellation);
        }
        catch (Exception cut) when (cut is HttpRequestException or HttpIOException)
        {
            throw new CliException(
                ExitCode.Failed,
                $"{api.Name} ended the answer before its end: the snapshot is damaged, which verify tells, or the connection failed.",
                cut);
        }
    }
}
