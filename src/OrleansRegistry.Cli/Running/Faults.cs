using System.Text.Json;
using OrleansRegistry.Cli.Data;
using OrleansRegistry.Objects;
using OrleansRegistry.Settings;
using OrleansRegistry.Storage;

namespace OrleansRegistry.Cli;

/// <summary>The one mapping from what ended a command to its exit code and message.</summary>
internal static class Faults
{
    public static (ExitCode Code, string Text) Explain(Exception fault) => fault switch
    {
        CliException told => (told.Code, told.Message),
        CutOffException cut => (ExitCode.Unreachable, $"The export was cut off ({cut.Message}). Begin it again."),
        ObjectStoreException place => (OfPlace(place.Error), place.Message),

        // What is told to everybody leaves out what the place said; whoever runs a command may know.
        RegistryException { InnerException: ObjectStoreException place } => (OfPlace(place.Error), place.Message),
        RegistryException { Error: RegistryError.NotSupported, InnerException: JsonException } garbled => (ExitCode.Failed, garbled.Message),
        RegistryException refusal => (OfRegistry(refusal.Error), WithField(refusal.Message, refusal.Field)),
        SettingException setting => (ExitCode.Usage, setting.Message),
        StoreStartException store => (ExitCode.Unreachable, store.Message),
        FileNotFoundException or DirectoryNotFoundException => (ExitCode.NotFound, fault.Message),
        IOException or UnauthorizedAccessException => (ExitCode.Failed, fault.Message),
        _ => (ExitCode.Failed, $"{fault.GetType().Name}: {fault.Message} (--verbose shows where)"),
    };

    /// <summary>Names the field, unless the message begins with it as the registry's own do.</summary>
    public static string WithField(string message, string? field) =>
        field is null || message.StartsWith(field, StringComparison.Ordinal) ? message : $"{message} (field: {field})";

    private static ExitCode OfPlace(ObjectStoreError error) => error switch
    {
        ObjectStoreError.NotFound => ExitCode.NotFound,
        ObjectStoreError.Configuration => ExitCode.Usage,
        ObjectStoreError.Denied or ObjectStoreError.Unavailable => ExitCode.Unreachable,
        _ => ExitCode.Failed,
    };

    private static ExitCode OfRegistry(RegistryError error) => error switch
    {
        RegistryError.NotFound => ExitCode.NotFound,
        RegistryError.Busy or RegistryError.Unavailable => ExitCode.Unreachable,
        RegistryError.StorageFull or RegistryError.Unreadable => ExitCode.Failed,
        _ => ExitCode.Refused,
    };
}
