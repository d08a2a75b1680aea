using System.CommandLine;
using System.Text.Json;

namespace OrleansRegistry.Cli;

/// <summary>Shows a thing and then each change of it, as its events tell them.</summary>
internal abstract class TailCommand : RegistryCommand
{
    private readonly string collection;
    private readonly Argument<string> id;

    /// <param name="collection">As in paths: <c>tasks</c>.</param>
    protected TailCommand(string collection, string idHelp, string help, params string[] examples)
        : base("tail", help, examples)
    {
        this.collection = collection;
        id = new Argument<string>("id") { Description = idHelp };
        Add(id);
    }

    protected sealed override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var connection = await call.ConnectAsync();
        var lines = new EventLines(call);
        await new EventTail(connection.Api, ApiPath.Of(collection, call.Get(id), "/events"), call.Terminal).RunAsync(
            async (name, data) =>
            {
                if (call.IsJson)
                {
                    await lines.JsonAsync(name, data);
                }
                else
                {
                    Print(lines, name, data);
                    await lines.FlushAsync();
                }

                return !IsLast(name, data);
            },
            call.Cancellation);
        return ExitCode.Done;
    }

    protected abstract void Print(EventLines lines, string name, JsonElement data);

    protected virtual bool IsLast(string name, JsonElement data) => name == "deleted";
}
