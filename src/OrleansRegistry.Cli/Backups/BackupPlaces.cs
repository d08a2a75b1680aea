using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansRegistry.Backups;
using OrleansRegistry.Hosting;
using OrleansRegistry.Objects;
using OrleansRegistry.Objects.Cloud;

namespace OrleansRegistry.Cli.Backups;

/// <summary>Where a command finds backups: through a registry, or in a place that the words or the environment name.</summary>
internal static class BackupPlaces
{
    /// <summary>The word for the newest good one.</summary>
    public const string Newest = "newest";

    public static Option<string?> Option(string name) => new(name)
    {
        Description = "The place of the backups: a folder, s3://bucket/prefix, … Otherwise BACKUP_STORE of the environment, else the data folder.",
        HelpName = "place",
    };

    public static Argument<string> Name { get; } = new("name")
    {
        Description = $"The backup; by default the newest.",
        DefaultValueFactory = _ => Newest,
    };

    /// <summary>The words name neither a store nor a place: the registry knows both.</summary>
    public static bool IsOverHttp(CommandCall call, Option<string?> place) => call.Get(call.Options.Store) is null && call.Get(place) is null;

    /// <summary>Opens the place.</summary>
    /// <exception cref="CliException">It is none, or a setting of it is wrong.</exception>
    public static async Task<T> UseAsync<T>(CommandCall call, Option<string?> place, Func<RegistryOptions, IObjectStore, Task<T>> work)
    {
        var settings = call.Place().Settings(call.Terminal);
        var options = RegistrySettings.Read(settings);
        if (call.Get(place) is { } text)
        {
            options.Backups = options.Backups with
            {
                Place = ObjectPlace.TryParse(text, out var named)
                    ? named
                    : throw CliException.Usage($"{place.Name} is not a place: it takes {Settings.Setting.Plain(ObjectPlace.Setting.Values)}."),
            };
        }

        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(settings);
        services.AddCloudObjectStores();
        await using var provider = services.BuildServiceProvider();
        try
        {
            await using var objects = StoreBackups.Open(options, provider.GetRequiredService<ObjectStores>());
            return await work(options, objects);
        }
        catch (OptionsValidationException wrong)
        {
            throw CliException.Usage(string.Join("; ", wrong.Failures));
        }
    }

    /// <summary>The store that the words name, for a process that comes and goes.</summary>
    public static async Task<RegistryOptions> VisitorAsync(CommandCall call, StoreUse use, RegistryOptions options)
    {
        var visitor = RegistrySettings.Read(await call.Place().VisitorSettingsAsync(call.Terminal, use, call.Cancellation));
        visitor.Backups = options.Backups;
        return visitor;
    }

    /// <summary>The name of the backup that is meant.</summary>
    /// <exception cref="CliException">There is none.</exception>
    public static async Task<string> NameAsync(CommandCall call, IObjectStore objects)
    {
        var name = call.Get(Name);
        if (name != Newest)
        {
            return name;
        }

        var all = await StoreBackups.ListAsync(objects, call.Cancellation);
        return all.FirstOrDefault(backup => backup.Fault is null)?.Name ?? throw NoneGood(objects.Description);
    }

    public static CliException NoneGood(string where) => CliException.NotFound($"There is no good backup in the {where}.");

    public static IProgress<BackupProgress> Reports(Meter meter) => new Shown(meter);

    public static string Size(long bytes) => bytes switch
    {
        < 10_000 => $"{bytes} bytes",
        < 10_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1000.0:N0} KB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1_000_000.0:N0} MB"),
    };

    /// <summary>As the registry tells it over HTTP.</summary>
    public static void Write(Utf8JsonWriter json, BackupRecord backup)
    {
        json.WriteString("name", backup.Name);
        json.WriteString("begunAt", backup.BegunAt);
        json.WriteString("form", backup.Form == BackupForm.Sqlite ? "sqlite" : "export");
        json.WriteString("store", backup.Store);
        json.WriteString("registryVersion", backup.RegistryVersion);
        json.WriteNumber("revision", backup.Revision);
        json.WriteStartObject("counts");
        foreach (var (kind, count) in backup.Counts)
        {
            json.WriteNumber(kind, count);
        }

        json.WriteEndObject();
        json.WriteNumber("unreadable", backup.Unreadable);
        json.WriteNumber("size", backup.Size);
        json.WriteNumber("unpackedSize", backup.UnpackedSize);
        json.WriteNumber("parts", backup.Parts.Count);
        json.WriteGiven("fault", backup.Fault);
    }

    private sealed class Shown(Meter meter) : IProgress<BackupProgress>
    {
        public void Report(BackupProgress value)
        {
            meter.Total = value.Total ?? 0;
            meter.Set(value.Done);
        }
    }
}
