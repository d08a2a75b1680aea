using System.CommandLine;
using System.Globalization;
using System.Net.Http.Headers;

namespace OrleansRegistry.Cli.Snapshots;

internal sealed class SnapshotSaveCommand : RegistryCommand
{
    private const string StandardInput = "-";

    private readonly Argument<string> agent = SnapshotAddress.Agent();
    private readonly Argument<string> file = new("file")
    {
        Description = "The state, any JSON; the file of a snapshot, where its name ends with .gz; or - for a state from the standard input.",
    };

    private readonly Option<string?> session = SnapshotAddress.Session();
    private readonly Option<long?> index = new("--index")
    {
        Description = "The number within the session; the next unless given.",
        HelpName = "number",
    };

    private readonly Option<string?> description = new("--description") { Description = "What to say of it.", HelpName = "text" };
    private readonly Option<bool> replace = new("--replace") { Description = "Take the place of the snapshot with that index." };

    public SnapshotSaveCommand()
        : base(
            "save",
            "Saves a snapshot of an agent's state.",
            "registry snapshot save weather ./state.json --session s1 --description 'before the trip'",
            "registry snapshot save weather ./weather_s1_0.json.gz  # a file of this registry or of Persist")
    {
        Add(agent);
        Add(file);
        Add(session);
        Add(index);
        Add(description);
        Add(replace);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var name = call.Get(file);
        var isPacked = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
        await using var state = Open(call, name);
        var api = (await call.ConnectAsync()).Api;
        var path = ApiPath.With(
            SnapshotAddress.Path(call.Get(agent)),
            ("session_id", call.Get(session)),
            ("index", call.Get(index)?.ToString(CultureInfo.InvariantCulture)),
            ("description", call.Get(description)),
            ("replace", call.Get(replace) ? "true" : null));
        using var request = RegistryApi.Request(HttpMethod.Post, path);
        request.Content = new StreamContent(state);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(isPacked ? "application/gzip" : "application/json");
        using var response = await api.OpenAsync(request, call.Cancellation);
        using var answer = await api.ReadAsync(response, call.Cancellation);
        SnapshotAddress.Print(call, answer);
        return ExitCode.Done;
    }

    private static Stream Open(CommandCall call, string name)
    {
        if (name == StandardInput)
        {
            return call.Terminal.Input;
        }

        try
        {
            return File.OpenRead(name);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw CliException.Usage($"{name} cannot be read: {fault.Message}");
        }
    }
}
