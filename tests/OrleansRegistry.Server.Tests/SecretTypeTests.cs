using System.Reflection;
using System.Runtime.CompilerServices;

namespace OrleansRegistry.Server.Tests;

/// <summary>A record prints all of its members, unless it says otherwise: those with a secret do.</summary>
public sealed class SecretTypeTests
{
    private static readonly string[] Secrets =
        ["Secret", "SecretBefore", "NewSecret", "HookSecret", "Password", "LeaseToken", "LostToken", "Credentials", "ApiKey"];

    /// <summary>Secrets by what they are of, as their names are others' too.</summary>
    private static readonly (string Type, string Member)[] Others =
        [("TaskLease", "Token"), ("TaskWebhook", "Config"), ("PushTarget", "Token"), ("AgentCredentials", "Headers")];

    [Fact]
    public void No_record_with_a_secret_prints_it()
    {
        var records = Assemblies().SelectMany(assembly => assembly.GetTypes()).Where(IsRecord).ToList();
        Assert.True(records.Count > 300, $"{records.Count} records");
        Assert.All(Others, other => Assert.Contains(records, record => record.Name == other.Type && record.GetProperty(other.Member) is not null));
        var holding = records.Where(Holds).ToList();
        Assert.True(holding.Count > 8, $"{holding.Count} records with secrets");
        Assert.Empty(holding.Where(Prints).Select(record => record.FullName));
    }

    private static HashSet<Assembly> Assemblies()
    {
        var known = new HashSet<Assembly>();
        var open = new Stack<Assembly>([typeof(RegistryServer).Assembly]);
        while (open.TryPop(out var assembly))
        {
            if (known.Add(assembly))
            {
                var names = assembly.GetReferencedAssemblies().Where(name => name.Name!.StartsWith("OrleansRegistry", StringComparison.Ordinal));
                foreach (var name in names)
                {
                    open.Push(Assembly.Load(name));
                }
            }
        }

        return known;
    }

    private static bool IsRecord(Type type) => type.GetMethod("PrintMembers", BindingFlags.Instance | BindingFlags.NonPublic) is not null;

    private static bool Holds(Type record) => record.GetProperties().Any(member =>
        (Secrets.Contains(member.Name, StringComparer.Ordinal) && (member.PropertyType == typeof(string) || member.PropertyType == typeof(RawJson)))
        || Others.Contains((record.Name, member.Name)));

    private static bool Prints(Type record) =>
        record.GetMethod(nameof(ToString), Type.EmptyTypes)!.GetCustomAttribute<CompilerGeneratedAttribute>(inherit: false) is not null;
}
