using System.CommandLine;
using OrleansRegistry.Storage;

namespace OrleansRegistry.Cli.Database;

internal sealed class DbUpCommand() : DbCommand(
    "up",
    "Applies the migrations that are pending, to a new store too.",
    "registry db up",
    "registry db up --store postgresql://registry:secret@db/registry")
{
    protected override bool MakesStore => true;

    protected override async Task RunAsync(CommandCall call, IMigrations registry, IMigrations? clustering)
    {
        var applied = await registry.UpAsync(call.Cancellation) + (clustering is null ? 0 : await clustering.UpAsync(call.Cancellation));
        Tell(call, "applied", applied);
    }

    public static void Tell(CommandCall call, string what, int count)
    {
        if (call.IsJson)
        {
            call.Answer.Document(json => json.WriteNumber(what.Replace(' ', '_'), count));
        }
        else
        {
            call.Answer.Line($"{count} {what}");
        }
    }
}

internal sealed class DbDownCommand : DbCommand
{
    private readonly Argument<int> to = new("number") { Description = "The last migration to stay; 0 takes back all." };
    private readonly Option<bool> sure = new("--yes") { Description = "Says that the data in what is taken back may go; needed." };

    public DbDownCommand()
        : base(
            "down",
            "Takes back every migration above a number, with the data that lies in it.",
            "registry db down 3 --yes",
            "registry db down 0 --yes --store ./data    # all of it: the store is empty then")
    {
        Add(to);
        Add(sure);
    }

    protected override void Check(CommandCall call)
    {
        var number = call.Get(to);
        if (number < 0)
        {
            throw CliException.Usage("The number of the last migration to stay is 0 or greater.");
        }

        if (!call.Get(sure))
        {
            throw CliException.Usage($"This deletes what lies in every migration above {number}: say --yes if it may go.");
        }
    }

    protected override async Task RunAsync(CommandCall call, IMigrations registry, IMigrations? clustering)
    {
        var number = call.Get(to);
        var taken = await registry.DownAsync(number, call.Cancellation);
        if (clustering is not null && number == 0)
        {
            taken += await clustering.DownAsync(0, call.Cancellation);
        }

        DbUpCommand.Tell(call, "taken back", taken);
    }
}
